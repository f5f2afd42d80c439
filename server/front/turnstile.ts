/**
 * How fast sockets are let in when many come in the same moment, as after a restart.
 *
 * Whoever is let in opens their documents at once. Invariant: where more come, only so many have opened nothing yet,
 * in the order in which they came; so those who are here already go on being answered. One more is let in with every
 * look in any case: who opens nothing keeps nobody out.
 */

/** What all of these open takes some 50 ms. */
const arrivingMax = 16
/** Between two looks whether there is room for more. */
const lookMs = 5

export class Turnstile {
  readonly #arriving: () => number
  readonly #waiting: (() => void)[] = []

  /** `arriving`: how many have been let in and have opened nothing yet. */
  constructor(arriving: () => number) {
    this.#arriving = arriving
  }

  /** Calls back when it is this one's turn: now, where nobody waits. */
  pass(enter: () => void): void {
    if (this.#waiting.length === 0 && this.#hasRoom()) {
      enter()
      return
    }
    if (this.#waiting.push(enter) === 1) this.#lookSoon()
  }

  #hasRoom(): boolean {
    return this.#arriving() < arrivingMax
  }

  #lookSoon(): void {
    setTimeout(() => {
      do this.#waiting.shift()?.()
      while (this.#waiting.length > 0 && this.#hasRoom())
      if (this.#waiting.length > 0) this.#lookSoon()
    }, lookMs).unref()
  }
}
