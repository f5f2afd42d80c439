/**
 * Writes a recording into the browser's own files (W3C File System, origin private): in place, so that what is written
 * is there also when the page, or the machine, ends in the middle. Only workers may write so.
 */
import type { FileAnswer, FileOrder } from './file.ts'

/** Part of FileSystemSyncAccessHandle. */
type Handle = Readonly<{
  truncate(sizeBytes: number): void
  write(bytes: Uint8Array<ArrayBuffer>, options: Readonly<{ at: number }>): number
  flush(): void
  close(): void
}>

let handle: Handle | null = null
let sizeBytes = 0
let turn = Promise.resolve()

onmessage = ({ data }: MessageEvent<FileOrder>): void => {
  turn = turn.then(async () => {
    postMessage(await carryOut(data))
  })
}

async function carryOut(order: FileOrder): Promise<FileAnswer> {
  try {
    switch (order.kind) {
      case 'open':
        handle = await (
          order.handle as unknown as { createSyncAccessHandle(): Promise<Handle> }
        ).createSyncAccessHandle()
        handle.truncate(0)
        break
      case 'write':
        write(new Uint8Array(await order.piece.arrayBuffer()))
        break
      case 'close':
        handle?.close()
        handle = null
        break
    }
    return { fault: null }
  } catch (error) {
    return { fault: error instanceof Error ? error.name : 'Error' }
  }
}

/** All of it or nothing. */
function write(bytes: Uint8Array<ArrayBuffer>): void {
  if (handle === null) throw new Error('no file is open')
  try {
    if (handle.write(bytes, { at: sizeBytes }) < bytes.length)
      throw new DOMException('', 'QuotaExceededError')
    handle.flush()
    sizeBytes += bytes.length
  } catch (error) {
    handle.truncate(sizeBytes)
    throw error
  }
}
