"""The scanner without network: judges by its own list, keeps every scan, and sends it when it can."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, expect

from expo.checkin import devices, queries
from expo.checkin.crew_models import HandCount
from expo.checkin.models import QuarantinedScan, Scan
from expo.core.db import db
from tests import factories as a
from tests.checkin import doors
from tests.web.door.conftest import Site
from tests.web.door.test_door_browser import at_the_gate, stored, word
from tests.web.door.test_door_crew import a_pin

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.feature("D3", "D4", "D5"),
    pytest.mark.usefixtures("app"),
]

EVERYTHING_KEPT = """
async () => {
  const database = await new Promise((done) => { const asked = indexedDB.open("expo-door"); asked.onsuccess = () => done(asked.result); });
  let text = JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + document.cookie;
  const write = (value) => {
    if (value instanceof ArrayBuffer) return new TextDecoder("latin1").decode(value);
    if (ArrayBuffer.isView(value)) return new TextDecoder("latin1").decode(value);
    if (value && typeof value === "object") return Object.entries(value).map(([name, part]) => name + write(part)).join(" ");
    return String(value);
  };
  for (const name of database.objectStoreNames) {
    const rows = await new Promise((done) => { const asked = database.transaction(name).objectStore(name).getAll(); asked.onsuccess = () => done(asked.result); });
    text += rows.map(write).join("\\n");
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) text += request.url + await (await cache.match(request)).clone().text();
  }
  return text;
}
"""


KEPT_OF_THE_DOORS = """
async () => {
  const database = await new Promise((done) => { const asked = indexedDB.open("expo-door"); asked.onsuccess = () => done(asked.result); });
  const all = (name) => new Promise((done) => { const asked = database.transaction(name).objectStore(name).getAll(); asked.onsuccess = () => done(asked.result); });
  return (await all("inside")).length + (await all("kept")).filter((one) => one instanceof ArrayBuffer).length === 0;
}
"""

END_THE_SHIFT = """
async () => {
  const database = await new Promise((done) => { const asked = indexedDB.open("expo-door"); asked.onsuccess = () => done(asked.result); });
  await new Promise((done) => {
    const change = database.transaction("kept", "readwrite");
    change.objectStore("kept").put(1, "shift");
    change.oncomplete = done;
  });
}
"""

SPOIL_ONE = """
async (id) => {
  const database = await new Promise((done) => { const asked = indexedDB.open("expo-door"); asked.onsuccess = () => done(asked.result); });
  await new Promise((done) => {
    const change = database.transaction("scans", "readwrite");
    change.objectStore("scans").put({ iv: new Uint8Array(12), sealed: new Uint8Array(40).buffer, at: 0 }, id);
    change.oncomplete = done;
  });
}
"""


@pytest.fixture
def telephone(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    yield context
    context.close()


def with_its_list(page: Page) -> Page:
    expect(page.locator("[data-door][data-pack=ready]")).to_be_visible()
    return page


def test_the_queue_keeps_moving_without_network_and_nothing_is_lost(site: Site, telephone: BrowserContext):
    conference = a.a_conference()
    gate = doors.a_gate(doors.a_zone(conference.expo, conference), name="Gate 1")
    ada, bo = doors.a_delegate(conference, "Ada Nilsson"), doors.a_delegate(conference, "Bo Ek")
    stranger = doors.a_delegate(a.a_conference(conference.expo))
    codes = {person.name: doors.code_of(person) for person in (ada, bo)}
    mails = [ada.email, bo.email]
    other = doors.code_of(stranger)
    page = with_its_list(at_the_gate(site, telephone, gate))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto(f"{page.url}?way=out")
    page.go_back()
    at = page.url
    page.goto(at.replace(f"gates/{gate.slug}", "shift"))
    page.get_by_label("PIN").fill(a_pin(conference))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("choose=1"))
    for names in ("search?q=nilsson", "paper"):
        page.goto(f"{at}/{names}")
        expect(page.get_by_text("Ada Nilsson").first).to_be_visible()
    page.goto(at)
    page.reload()
    with_its_list(page)

    page.route("**/api/v1/door/counts", lambda _route: None)  # hangs: the crew is answered all the same
    for number in (1, 2):
        page.get_by_role("button", name="Count one without badge").click()
        expect(page.locator("[data-state]")).to_have_text(f"Counted by hand: {number}")
    page.unroute("**/api/v1/door/counts")
    telephone.set_offline(True)
    let_in = page.get_by_role("button", name="Let in", exact=True)
    # The kept page names no supervisor, who overrides until the shift ends, and not a moment longer.
    page.reload()
    with_its_list(page)
    page.keyboard.type(other + "\n")
    word(page, "NOT HERE")
    expect(let_in).to_be_visible()
    page.evaluate(END_THE_SHIFT)
    page.reload()
    with_its_list(page)
    for code, said in ((codes["Ada Nilsson"], "IN"), (other, "NOT HERE"), (codes["Bo Ek"], "IN")):
        page.keyboard.type(code + "\n")
        word(page, said)
        expect(let_in).to_be_hidden()
    expect(page.locator("main .verdict .local")).to_have_text("By this scanner’s own list")
    expect(page.locator("footer.loud")).to_contain_text("4 scans wait here")
    page.goto(f"{page.url}?way=out")  # from the telephone itself, which still knows who is in
    with_its_list(page)
    expect(page.locator("footer.loud")).to_contain_text("4 scans wait here")
    page.keyboard.type(codes["Ada Nilsson"] + "\n")
    word(page, "OUT")
    expect(page.locator("main .verdict .why")).to_have_count(0)
    kept = page.evaluate(EVERYTHING_KEPT)
    assert stored() == []

    # A telephone that is lost now tells nobody who came.
    for secret in (*codes, *codes.values(), *mails, other, "Sofia Berg"):
        assert secret not in kept

    # Nor does one row that does not open any more, the oldest, keep the others back: it is kept apart at the server.
    spoiled = str(uuid.uuid4())
    page.evaluate(SPOIL_ONE, spoiled)
    telephone.set_offline(False)
    expect(page.locator("[data-state]")).to_have_text("All scans sent", timeout=15_000)
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Scan.verdict, Scan.moved, Scan.offline).order_by(Scan.scanned_at)
    ).all()
    assert [(one.scan_id, one.reason) for one in db.session.scalars(sa.select(QuarantinedScan))] == [
        (spoiled, "unreadable")
    ]
    assert [(str(row.verdict), row.moved, row.offline) for row in rows] == [
        ("refused", 0, True),
        ("admitted", 1, True),
        ("refused", 0, True),
        ("admitted", 1, True),
        ("left", -1, True),
    ]
    assert db.session.scalar(sa.select(sa.func.sum(HandCount.people))) == 2
    doors.nothing_is_broken()


@pytest.mark.feature("D2")
def test_a_scanner_taken_out_of_service_forgets_the_doors_and_a_full_one_says_so(
    site: Site, telephone: BrowserContext
):
    conference = a.a_conference()
    gate = doors.a_gate(doors.a_zone(conference.expo, conference), name="Gate 1")
    ada, bo = doors.a_delegate(conference), doors.a_delegate(conference)
    codes = [doors.code_of(one) for one in (ada, bo)]
    page = with_its_list(at_the_gate(site, telephone, gate))

    # A full telephone keeps nothing: what the server answers is stored, and the crew is told.
    page.evaluate("""() => {
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (...rest) {
        if (this.name === "scans") throw new DOMException("full", "QuotaExceededError");
        return put.apply(this, rest);
      };
    }""")
    page.keyboard.type(codes[0] + "\n")
    word(page, "IN")
    expect(page.locator("footer.loud")).to_contain_text("can keep no more")
    assert stored() == [("admitted", 1)]

    # At the next contact after it was revoked the list goes; the page says what to do.
    page.reload()
    with_its_list(page)
    [device] = queries.devices(conference.expo_id)
    devices.revoke_device(device=device)
    db.session.rollback()
    page.keyboard.type(codes[1] + "\n")  # nobody is told it counts; it is kept apart, like what waited
    word(page, "NOT COUNTED")
    page.goto(f"{site.address}/{conference.expo.slug}/door/")
    expect(page.get_by_text("was taken out of service")).to_be_visible()
    page.wait_for_function(KEPT_OF_THE_DOORS)
    assert stored() == [("admitted", 1)]


def test_a_scan_whose_answer_was_lost_is_sent_again_under_its_id_and_counts_once(
    site: Site, telephone: BrowserContext
):
    conference = a.a_conference()
    gate = doors.a_gate(doors.a_zone(conference.expo, conference), name="Gate 1")
    code = doors.code_of(doors.a_delegate(conference))
    page = with_its_list(at_the_gate(site, telephone, gate))
    sent: list[str] = []

    def lose_the_first_answer(route):  # type: ignore[no-untyped-def]
        body = route.request.post_data_json
        sent.extend(scan["id"] for scan in body.get("scans", [body]))
        if len(sent) == 1:
            route.fetch()  # the server stored it, the network lost the answer
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/door/scans", lose_the_first_answer)
    page.keyboard.type(code + "\n")

    word(page, "IN")
    expect(page.locator("[data-state]")).to_have_text("All scans sent", timeout=15_000)
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert stored() == [("admitted", 1)]


def test_a_slow_server_that_knows_better_is_heard_while_the_person_is_there(
    site: Site, telephone: BrowserContext
):
    conference = a.a_conference()
    zone = doors.a_zone(conference.expo, conference)
    gate, side = doors.a_gate(zone, name="Gate 1"), doors.a_door(zone, name="Gate 2")
    code = doors.code_of(doors.a_delegate(conference))
    page = with_its_list(at_the_gate(site, telephone, gate))
    side.scan(code)  # in by another gate: only the server knows
    db.session.rollback()
    page.route("**/api/v1/door/scans", lambda route: (page.wait_for_timeout(3000), route.continue_()))

    page.keyboard.type(code + "\n")

    word(page, "IN")
    word(page, "ALREADY IN")
    expect(page.locator("main .verdict .why")).to_contain_text("Gate 2")
    expect(page.locator("[data-state]")).to_have_text("All scans sent")


def test_without_a_list_the_scan_is_kept_and_the_screen_says_what_to_do(
    site: Site, telephone: BrowserContext
):
    conference = a.a_conference()
    gate = doors.a_gate(doors.a_zone(conference.expo, conference), name="Gate 1")
    telephone.route("**/api/v1/door/pack*", lambda route: route.abort())
    page = at_the_gate(site, telephone, gate)
    page.route("**/api/v1/door/scans", lambda route: route.abort())

    page.keyboard.type("A" * 32 + "\n")

    expect(page.locator("main.door.ask .verdict .why")).to_contain_text("no list yet")
    expect(page.locator("footer.loud")).to_contain_text("one scan waits here")
    expect(page.get_by_role("button", name="Save waiting scans")).to_be_hidden()  # behind the verdict
    page.get_by_role("button", name="Next badge").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save waiting scans").click()
    assert "AAAA" in saved.value.path().read_text()
    assert stored() == []
