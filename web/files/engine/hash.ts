/** The name of a file: the SHA-256 of its bytes (FI1). Also where the page is not secure, and the browser has none. */
import type { FileHash } from '#shared/files/file.ts'

export async function hashOf(blob: Blob): Promise<FileHash> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  const digest = globalThis.isSecureContext
    ? new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    : (await import('lib0/hash/sha256')).digest(bytes)
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') as FileHash
}
