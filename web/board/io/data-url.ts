/** Bytes as words, and back. */

/** As a `data:` address. */
export async function toDataUrl(blob: Blob, type: string): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  let text = ''
  // More at once than this are more arguments than a function may have.
  for (let at = 0; at < bytes.length; at += 8_192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192))
  return `data:${type};base64,${btoa(text)}`
}

/** Null for what is no base64, or nothing. */
export function blobOfBase64(base64: string): Blob | null {
  if (base64 === '') return null
  try {
    return new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))])
  } catch {
    return null
  }
}
