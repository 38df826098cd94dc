/* Inside the frame: says how tall the programme is, so that whoever frames it needs no bar to scroll. */
if (parent !== window) {
  const tell = () => parent.postMessage({ expoHeight: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
  new ResizeObserver(tell).observe(document.body);
}
