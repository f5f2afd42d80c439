/** Resolves once it is gone, or will be when the last page that has it open is closed. */
export async function deleteDatabase(name: string): Promise<void> {
  const request = indexedDB.deleteDatabase(name)
  await new Promise((resolve) => {
    request.onsuccess = resolve
    request.onerror = resolve
    request.onblocked = resolve
  })
}
