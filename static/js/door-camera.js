/* The camera and what finds codes in its frames: the browser's own detector where it has one (Chrome on
   telephones), else zxing in WebAssembly, which is loaded only now and from our own server. */

const EVERY = 60;      // milliseconds between two looks; a look takes 2 to 10
const WIDEST = 960;    // pixels looked at; more finds nothing more and is slower

export async function startCamera(view, places, found) {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  let look;
  try {
    look = await detector(places);
  } catch (fault) {
    stream.getTracks().forEach((track) => track.stop());
    throw fault;
  }
  const video = document.createElement("video");
  video.muted = video.playsInline = true;
  video.srcObject = stream;
  view.querySelector("video")?.remove();
  view.prepend(video);
  await video.play();

  const [track] = stream.getVideoTracks();
  let going = true;
  let torch = false;
  let lock = null;
  const stayAwake = async () => {
    try { lock = await navigator.wakeLock?.request("screen"); } catch { /* a low battery may refuse */ }
  };
  const onVisible = () => { if (!document.hidden && going) { stayAwake(); video.play().catch(() => {}); } };
  document.addEventListener("visibilitychange", onVisible);
  stayAwake();

  (async () => {
    while (going) {
      if (!document.hidden && video.readyState >= 2) {
        try {
          const code = await look(video);
          if (code && going) found(code);
        } catch { /* one frame that cannot be read; the next one comes */ }
      }
      await new Promise((resume) => setTimeout(resume, EVERY));
    }
  })();

  return {
    hasTorch: Boolean(track.getCapabilities?.().torch),
    async toggleTorch() {
      torch = !torch;
      await track.applyConstraints({ advanced: [{ torch }] });
      return torch;
    },
    stop() {
      going = false;
      document.removeEventListener("visibilitychange", onVisible);
      lock?.release();
      track.stop();
      video.remove();
    },
  };
}

async function detector(places) {
  if ("BarcodeDetector" in globalThis) {
    const formats = await BarcodeDetector.getSupportedFormats();
    if (formats.includes("qr_code")) {
      const own = new BarcodeDetector({ formats: ["qr_code"] });
      return async (video) => (await own.detect(video))[0]?.rawValue;
    }
  }
  await load(places.reader);
  const { prepareZXingModule, readBarcodes } = globalThis.ZXingWASM;
  await prepareZXingModule({ overrides: { locateFile: () => places.wasm }, fireImmediately: true });
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    const picture = pen.getImageData(0, 0, canvas.width, canvas.height);
    const codes = await readBarcodes(picture, { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 });
    return codes[0]?.text;
  };
}

function load(source) {
  if (globalThis.ZXingWASM) return Promise.resolve();
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = done;
    script.onerror = () => failed(new Error("the decoder did not load"));
    document.head.append(script);
  });
}
