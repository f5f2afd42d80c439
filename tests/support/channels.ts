/** Channels between the pages of one device, as BroadcastChannel makes them. */

type Ear = Readonly<{ hear: (message: unknown) => void }>

export class Channels {
  readonly #earsByName = new Map<string, Set<Ear>>()
  readonly #later: (run: () => void) => void

  /** `later` runs what it is given in the order it was given, a moment later. */
  constructor(later: (run: () => void) => void) {
    this.#later = later
  }

  open(
    name: string,
    hear: (message: unknown) => void,
  ): Readonly<{ post(message: unknown): void; close(): void }> {
    const ears = this.#earsByName.get(name) ?? new Set<Ear>()
    this.#earsByName.set(name, ears)
    const own = { hear }
    ears.add(own)
    return {
      post: (message) => {
        for (const ear of ears) {
          if (ear === own) continue
          const copy = structuredClone(message)
          this.#later(() => {
            if (ears.has(ear)) ear.hear(copy)
          })
        }
      },
      close: () => void ears.delete(own),
    }
  }
}
