/**
 * The folder with the bytes of all files, and of those on their way.
 *
 * Rule FI1 of docs/PROTOCOL.md. Invariants: a file is under its hash only once all of it is on disk and has that hash,
 * and is never changed afterwards; no name of a file or a person becomes a path here.
 */
import { createHash } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  type ReadStream,
} from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isFileHash, type FileHash } from '#shared/files/file.ts'
import { sniffedSizeMax } from '#shared/files/sniff.ts'
import type { UploadId } from '../store/files.ts'

/** Where the files of a data folder lie. */
export function filesFolder(dataDir: string): string {
  return join(dataDir, 'files')
}

export class FilesFolder {
  readonly #folder: string
  readonly #incoming: string

  constructor(dataDir: string) {
    this.#folder = filesFolder(dataDir)
    this.#incoming = join(this.#folder, 'incoming')
    mkdirSync(this.#incoming, { recursive: true, mode: 0o700 })
  }

  /** Bytes that have come. Zero where there is nothing. */
  received(upload: UploadId): number {
    return statSync(this.#incomingFile(upload), { throwIfNoEntry: false })?.size ?? 0
  }

  /** Adds bytes to what has come. What was written before a failure stays, so that it can go on from there. */
  async append(upload: UploadId, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const file = await open(this.#incomingFile(upload), 'a', 0o600)
    try {
      for await (const piece of pieces) await file.appendFile(piece)
    } finally {
      await file.close()
    }
  }

  /**
   * Puts a file that has come under its hash; returns its first bytes, or null where it has another hash: then it is
   * thrown away. The hash is that of the bytes as the file system gives them back.
   */
  async finish(upload: UploadId): Promise<Uint8Array | null> {
    const incoming = this.#incomingFile(upload)
    const hash = createHash('sha256')
    const head: Buffer[] = []
    let headSize = 0
    for await (const piece of createReadStream(incoming) as AsyncIterable<Buffer>) {
      hash.update(piece)
      if (headSize < sniffedSizeMax) head.push(piece)
      headSize += piece.length
    }
    if (hash.digest('hex') !== upload.hash) {
      rmSync(incoming, { force: true })
      return null
    }
    await flush(incoming)
    const path = this.#pathOf(upload.hash)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await rename(incoming, path)
    await flush(dirname(path))
    await flush(this.#folder)
    return Buffer.concat(head).subarray(0, sniffedSizeMax)
  }

  abandon(upload: UploadId): void {
    rmSync(this.#incomingFile(upload), { force: true })
  }

  /** `end` is the last byte that is read. Fails as a stream does where it is not there. */
  read(hash: FileHash, range: Readonly<{ start: number; end: number }>): ReadStream {
    return createReadStream(this.#pathOf(hash), range)
  }

  has(hash: FileHash): boolean {
    return existsSync(this.#pathOf(hash))
  }

  remove(hash: FileHash): void {
    rmSync(this.#pathOf(hash), { force: true })
  }

  /** Files that are not to be kept, and were put here before a time. */
  *strays(isKept: (hash: FileHash) => boolean, beforeMs: number): Iterable<FileHash> {
    for (const entry of readdirSync(this.#folder, { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name.length !== 2) continue
      for (const name of readdirSync(join(this.#folder, entry.name))) {
        if (!isFileHash(name) || isKept(name)) continue
        const stat = statSync(this.#pathOf(name), { throwIfNoEntry: false })
        if (stat !== undefined && stat.mtimeMs < beforeMs) yield name
      }
    }
  }

  #pathOf(hash: FileHash): string {
    return join(this.#folder, hash.slice(0, 2), hash)
  }

  #incomingFile({ roomId, hash, personId }: UploadId): string {
    return join(this.#incoming, `${roomId}.${personId}.${hash}`)
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
