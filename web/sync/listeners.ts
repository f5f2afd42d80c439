/** Who wants to know that something changed. A listener may add and remove others while it is told. */
import type { Undo } from './ports.ts'

export class Listeners<Arguments extends readonly unknown[] = []> {
  readonly #listeners = new Set<Readonly<{ tell: (...change: Arguments) => void }>>()

  add(tell: (...change: Arguments) => void): Undo {
    const entry = { tell }
    this.#listeners.add(entry)
    return () => {
      this.#listeners.delete(entry)
    }
  }

  tell(...change: Arguments): void {
    for (const entry of [...this.#listeners]) entry.tell(...change)
  }

  clear(): void {
    this.#listeners.clear()
  }
}
