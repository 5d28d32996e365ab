/** Sounds of the page, made by the browser itself: two tones for an SOS, a short double for another critical alert (screen.md 5.8). */
let context: AudioContext | null = null;

/** A browser gives no sound before the first touch or key of a person; then the context is woken. */
function wake(): AudioContext {
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume();
  return context;
}
window.addEventListener('pointerdown', wake, { once: true });
window.addEventListener('keydown', wake, { once: true });

/** Plays tones one after the other: [Hz, seconds] each; 0 Hz is a pause. */
function play(tones: readonly (readonly [number, number])[], loudness: number): () => void {
  // Before a person's first touch it would be refused, and the browser complains of each try.
  if (!navigator.userActivation.hasBeenActive) return () => {};
  const audio = wake();
  const gain = audio.createGain();
  gain.gain.value = 0;
  gain.connect(audio.destination);
  const oscillator = audio.createOscillator();
  oscillator.type = 'triangle';
  oscillator.connect(gain);
  let at = audio.currentTime + 0.02;
  for (const [hertz, seconds] of tones) {
    if (hertz > 0) {
      oscillator.frequency.setValueAtTime(hertz, at);
      // Soft edges: a hard switch clicks.
      gain.gain.setTargetAtTime(loudness, at, 0.008);
      gain.gain.setTargetAtTime(0, at + seconds - 0.04, 0.01);
    }
    at += seconds;
  }
  oscillator.start();
  oscillator.stop(at + 0.1);
  oscillator.onended = () => gain.disconnect();
  return () => {
    gain.gain.cancelScheduledValues(audio.currentTime);
    gain.gain.setTargetAtTime(0, audio.currentTime, 0.01);
    oscillator.stop(audio.currentTime + 0.1);
  };
}
const pair = [
  [880, 0.5],
  [660, 0.5],
] as const;

let repeating: { timer: ReturnType<typeof setTimeout>; stop: () => void } | null = null;
export const sosTones = {
  /** Once, to try it. */
  once(): void {
    play(pair, 0.25);
  },
  /** Ten seconds at once, then a pair every 15 s, until `stop`. `muted` is asked each time. */
  start(muted: () => boolean): void {
    if (repeating) return;
    let stop = () => {};
    const turn = (length: number) => {
      if (!muted()) stop = play(Array.from({ length }, () => pair).flat(), 0.3);
      if (repeating) repeating.timer = setTimeout(() => turn(1), length * 1000 + (length > 1 ? 5000 : 14_000));
    };
    repeating = { timer: setTimeout(() => turn(10), 0), stop: () => stop() };
  },
  /** A browser is silent until a person has touched the page: whether it is so now. */
  get blocked(): boolean {
    return context === null || context.state !== 'running';
  },
  stop(): void {
    if (!repeating) return;
    clearTimeout(repeating.timer);
    repeating.stop();
    repeating = null;
  },
};
/** A new critical alert that is no SOS. */
export function criticalTone(): void {
  play(
    [
      [740, 0.16],
      [0, 0.08],
      [740, 0.16],
    ],
    0.2,
  );
}
