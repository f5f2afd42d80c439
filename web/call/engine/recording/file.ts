/**
 * Where a recording is written while it goes on: into a file of the browser's, or, where there are none, into memory.
 */
import { openWorker } from '../worker-address.ts'
import address from './file-worker.ts?worker&url'
import { keepOpen, recordingsFolder } from './kept.ts'
import type { RecordingFile } from './world.ts'

/** Bytes where a browser has no files: half an hour. */
const inMemorySizeMax = 512 * 1024 * 1024

export type FileOrder =
  | Readonly<{ kind: 'open'; handle: FileSystemFileHandle }>
  | Readonly<{ kind: 'write'; piece: Blob }>
  | Readonly<{ kind: 'close' }>

/** One for each order, in their order: the name of what went wrong, or null. */
export type FileAnswer = Readonly<{ fault: string | null }>

export async function openRecordingFile(name: string): Promise<RecordingFile> {
  try {
    return await openOnDevice(name)
  } catch {
    // Private windows, and pages without HTTPS, have no files.
    return openInMemory()
  }
}

async function openOnDevice(name: string): Promise<RecordingFile> {
  const folder = await recordingsFolder()
  const letGo = await keepOpen(name)
  const handle = await folder.getFileHandle(name, { create: true })
  const worker = openWorker(address)
  const order = orders(worker)
  const close = async (): Promise<void> => {
    await order({ kind: 'close' })
    worker.terminate()
    letGo()
  }
  try {
    await order({ kind: 'open', handle })
  } catch (error) {
    worker.terminate()
    letGo()
    throw error
  }
  return {
    write: (piece) => order({ kind: 'write', piece }),
    finish: async () => {
      await close()
      return handle.getFile()
    },
    discard: async () => {
      await close()
      await folder.removeEntry(name)
    },
  }
}

function orders(worker: Worker): (order: FileOrder) => Promise<void> {
  const waiting: ((answer: FileAnswer) => void)[] = []
  worker.onmessage = ({ data }: MessageEvent<FileAnswer>) => waiting.shift()?.(data)
  worker.onerror = () => {
    for (const answer of waiting.splice(0)) answer({ fault: 'Error' })
  }
  return async (order) => {
    const { promise, resolve } = Promise.withResolvers<FileAnswer>()
    waiting.push(resolve)
    worker.postMessage(order)
    const { fault } = await promise
    if (fault !== null) throw new DOMException('', fault)
  }
}

function openInMemory(): RecordingFile {
  const pieces: Blob[] = []
  let sizeBytes = 0
  return {
    write: (piece) => {
      if (sizeBytes + piece.size > inMemorySizeMax)
        return Promise.reject(new DOMException('', 'QuotaExceededError'))
      sizeBytes += piece.size
      pieces.push(piece)
      return Promise.resolve()
    },
    finish: () => Promise.resolve(new Blob(pieces)),
    discard: () => {
      pieces.length = 0
      return Promise.resolve()
    },
  }
}
