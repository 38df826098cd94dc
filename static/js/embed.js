/* <expo-programme src="https://…/h22/embed?track=water"></expo-programme>: the programme in somebody's own page, as tall
   as it is. A frame around a page of ours: neither sees into the other. Without this file an <iframe> inside does it. */
(() => {
  const home = new URL(document.currentScript.src).origin;
  customElements.define("expo-programme", class extends HTMLElement {
    static observedAttributes = ["src"];

    connectedCallback() {
      this.frame = this.querySelector("iframe") ?? this.appendChild(document.createElement("iframe"));
      Object.assign(this.frame, { loading: "lazy", title: this.frame.title || this.getAttribute("title") || "Programme" });
      Object.assign(this.frame.style, { border: 0, width: "100%" });
      this.heard = ({ source, origin, data }) => {
        if (source !== this.frame.contentWindow || origin !== home || !(data?.expoHeight > 0)) return;
        this.frame.style.height = `${Math.min(data.expoHeight, 20000)}px`;
      };
      addEventListener("message", this.heard);
      this.attributeChangedCallback();
    }

    disconnectedCallback() { removeEventListener("message", this.heard); }

    attributeChangedCallback() {
      const src = this.getAttribute("src");
      if (!this.frame || !src) return;
      const address = new URL(src, home);
      if (address.origin === home && this.frame.src !== address.href) this.frame.src = address.href;
    }
  });
})();
