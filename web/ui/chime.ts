/**
 * Short sounds for what happens in calls and rooms, made on the spot: no file is fetched, and nothing is kept open in
 * silence. Where a page was never pressed, browsers let nothing be heard.
 */

type Clock = Readonly<{
  /** Milliseconds from a fixed point; never goes back. */
  nowMs(): number
  /** Runs `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): void
}>

export type Chime = 'joined' | 'left' | 'knock' | 'news'

/**
 * Hertz of the notes, one after the other. A rise for who comes, a fall for who goes, twice the same for who knocks, and
 * high ones for news.
 */
const notes: Readonly<Record<Chime, readonly number[]>> = {
  joined: [523.25, 783.99],
  left: [659.25, 440],
  knock: [329.63, 329.63],
  news: [1046.5, 1318.51],
}
/** Seconds from note to note, and until one has faded. */
const stepS = 0.11
const fadeS = 0.28
/** Full scale is 1: well under a voice. */
const loudness = 0.06
/** A sound right after another says nothing new. */
const restMs = 700
/** By then every note has faded. */
const endMs = 1_000

export type Chimes = Readonly<{ play(chime: Chime): void }>

/** Each sound has a context of its own, which is closed after it, also where the browser has let nothing be heard. */
export function createChimes(clock: Clock, newContext: () => AudioContext): Chimes {
  let playedAtMs = -Infinity
  return {
    play(chime) {
      if (clock.nowMs() - playedAtMs < restMs) return
      playedAtMs = clock.nowMs()
      const context = newContext()
      notes[chime].forEach((hertz, index) => {
        playNote(context, hertz, index * stepS)
      })
      clock.after(endMs, () => {
        void context.close()
      })
    },
  }
}

/** The chimes of this page. */
export const pageChimes: Chimes = createChimes(
  {
    nowMs: () => performance.now(),
    after: (delayMs, run) => {
      setTimeout(run, delayMs)
    },
  },
  () => new AudioContext(),
)

function playNote(context: AudioContext, hertz: number, delayS: number): void {
  const startS = context.currentTime + delayS
  const gain = context.createGain()
  gain.gain.setValueAtTime(0, startS)
  gain.gain.linearRampToValueAtTime(loudness, startS + 0.012)
  gain.gain.exponentialRampToValueAtTime(0.0001, startS + fadeS)
  const note = context.createOscillator()
  note.frequency.value = hertz
  note.connect(gain).connect(context.destination)
  note.start(startS)
  note.stop(startS + fadeS)
}
