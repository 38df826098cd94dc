/* What the scanner keeps: its pack, who is in, and every scan until the server has said that it is stored.
   Scans are sealed with a key that never leaves this browser, so that a lost telephone holds no badge code. */

const NAME = "expo-door";

export async function open() {
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB) return null;  // plain http, or a private window
  const database = await new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const store of ["kept", "scans", "inside"]) asked.result.createObjectStore(store);
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  navigator.storage?.persist?.().catch(() => {});
  const key = await keyOf(database);
  return new Store(database, key);
}

async function keyOf(database) {
  const known = await run(database, "kept", "readonly", (kept) => kept.get("key"));
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  // Of two windows that begin at once the first one's key stays.
  await run(database, "kept", "readwrite", (kept) => kept.add(made, "key")).catch(() => {});
  return run(database, "kept", "readonly", (kept) => kept.get("key"));
}

// One transaction on one store; done when it is on the disk.
function run(database, name, mode, act) {
  return new Promise((done, failed) => {
    const transaction = database.transaction(name, mode, mode === "readwrite" ? { durability: "strict" } : {});
    const asked = act(transaction.objectStore(name));
    transaction.oncomplete = () => done(asked?.result);
    transaction.onerror = transaction.onabort = () => failed(transaction.error);
  });
}

class Store {
  constructor(database, key) {
    this.database = database;
    this.key = key;
  }

  // ---- scans ----

  async addScan(sent) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(sent));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, text);
    await run(this.database, "scans", "readwrite", (scans) => scans.put({ iv, sealed, at: Date.now() }, sent.id));
  }

  // The oldest of them, at most so many, but those that are on their way. One that does not open is its id alone:
  // the server keeps it apart, where it is seen, and it holds up no other.
  async scans(most = Infinity, but = new Set()) {
    const ids = await run(this.database, "scans", "readonly", (scans) => scans.getAllKeys());
    const rows = await run(this.database, "scans", "readonly", (scans) => scans.getAll());
    const order = rows.map((row, index) => ({ id: ids[index], row })).filter(({ id }) => id && !but.has(id))
      .sort((one, other) => one.row.at - other.row.at).slice(0, most);
    return Promise.all(order.map(({ id, row }) => this.unseal(row).catch(() => ({ id }))));
  }

  async unseal(row) {
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, this.key, row.sealed);
    return JSON.parse(new TextDecoder().decode(text));
  }

  count() { return run(this.database, "scans", "readonly", (scans) => scans.count()); }

  removeScan(id) { return run(this.database, "scans", "readwrite", (scans) => scans.delete(id)); }

  // ---- people counted by hand ----

  async counts() { return (await this.get("counts")) ?? []; }

  // Read and written in one transaction, so that two windows lose none of each other's.
  changeCounts(change) {
    return run(this.database, "kept", "readwrite", (kept) => {
      kept.get("counts").onsuccess = ({ target }) => kept.put(change(target.result ?? []), "counts");
    });
  }

  // ---- the pack, and who is in ----

  get(name) { return run(this.database, "kept", "readonly", (kept) => kept.get(name)); }

  put(name, value) { return run(this.database, "kept", "readwrite", (kept) => kept.put(value, name)); }

  inside() { return run(this.database, "inside", "readonly", (inside) => inside.getAll()); }

  putInside(row) { return run(this.database, "inside", "readwrite", (inside) => inside.put(row, row.key)); }

  // The scanner was taken out of service: nothing of the doors stays but scans that wait, which are sealed.
  async wipe() {
    await run(this.database, "inside", "readwrite", (inside) => inside.clear());
    for (const name of ["base", "delta", "shift"]) await run(this.database, "kept", "readwrite", (kept) => kept.delete(name));
  }
}
