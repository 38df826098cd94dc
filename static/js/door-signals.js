/* A tone and a shake for each verdict, so that eyes may stay on the person. Each kind has its own rhythm: high
   and short lets in, twice in the middle asks, low and long stops. */

const TONES = {
  in: [[880, 0, 0.09], [1320, 0.1, 0.12]],
  ask: [[587, 0, 0.14], [587, 0.22, 0.14]],
  no: [[196, 0, 0.45]],
};
const SHAKES = { in: [60], ask: [90, 80, 90], no: [400] };

let sound = null;

// Browsers let a page sound only after somebody has touched it.
export function wake() {
  const Sound = globalThis.AudioContext;
  if (!Sound) return;
  sound ??= new Sound();
  sound.resume().catch(() => {});
}

export function signal(kind) {
  navigator.vibrate?.(SHAKES[kind]);
  if (sound?.state !== "running") return;
  for (const [pitch, after, length] of TONES[kind]) {
    const from = sound.currentTime + after;
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.type = kind === "no" ? "square" : "sine";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(0.25, from + 0.01);
    volume.gain.linearRampToValueAtTime(0, from + length);
    tone.connect(volume).connect(sound.destination);
    tone.start(from);
    tone.stop(from + length);
  }
}
