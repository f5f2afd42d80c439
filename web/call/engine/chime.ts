/**
 * Short sounds for what happens in a call, made on the spot: no file is fetched, and nothing is kept open in silence.
 */
import type { Clock } from './world.ts'

export type Chime = 'joined' | 'left'

/** Hertz of the notes, one after the other. A rise for who comes, a fall for who goes. */
const notes: Readonly<Record<Chime, readonly number[]>> = {
  joined: [523.25, 783.99],
  left: [659.25, 440],
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
