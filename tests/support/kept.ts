/** What a device keeps beside its documents, in memory. */
import type { KeptEntries } from '#web/sync/world.ts'

/** Opened again over the same entries it is the same device after a reload. */
export function keptEntries(entries = new Map<string, unknown>()): KeptEntries {
  return {
    all: () => Promise.resolve([...entries]),
    put: (key, value) => Promise.resolve(void entries.set(key, value)),
    remove: (key) => Promise.resolve(void entries.delete(key)),
    close: () => undefined,
  }
}

/** Everything that has been kept is known to be kept. */
export async function settled(): Promise<void> {
  await new Promise((next) => setImmediate(next))
}
