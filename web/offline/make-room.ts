/**
 * After a write that came to nothing: makes room in place of what this device can do without, where it is full. True
 * where something went, so that the write may be tried again. Rule OF9 of docs/PROTOCOL.md.
 */
export async function makeRoom(error: unknown): Promise<boolean> {
  try {
    // Fetched when it is needed first: where pages can be dropped, the device keeps the client.
    const { dropPages } = await import('./drop-pages.ts')
    return await dropPages(error instanceof DOMException && error.name === 'QuotaExceededError')
  } catch {
    // It could not be fetched, or this device cannot even be looked through.
    return false
  }
}
