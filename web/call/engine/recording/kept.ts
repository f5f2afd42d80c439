/**
 * Recordings in the browser's own files: those that are being written, those that were saved, and those that were left
 * behind by a page that ended in the middle.
 *
 * Invariant: only what a person has saved, or does not want, goes by itself.
 */

const folderName = 'recordings'
/** Stands beside a recording that was saved. */
const savedEnding = '.saved'
/** After this a browser has read what it was told to save. */
const savedLifeMs = 10 * 60_000

/** A recording of an earlier page that nobody has saved. */
export type LeftRecording = Readonly<{ name: string; file: File }>

/** Rejects where a browser has no files. */
export async function recordingsFolder(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(folderName, { create: true })
}

/** The name of a lock that is held while a recording is written, by whichever page. */
const lockOf = (name: string): string => `stoa-recording/${name}`

/** While this is not undone, other pages know that the recording is being written. */
export async function keepOpen(name: string): Promise<() => void> {
  const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>()
  const { promise: isHeld, resolve: begin } = Promise.withResolvers<undefined>()
  void navigator.locks.request(lockOf(name), () => {
    begin(undefined)
    return held
  })
  await isHeld
  return () => {
    letGo(undefined)
  }
}

/** Those that were left behind. What was saved long enough ago goes. Empty where there are no files. */
export async function leftRecordings(): Promise<LeftRecording[]> {
  try {
    const folder = await recordingsFolder()
    const files = await filesOf(folder)
    const { held = [] } = await navigator.locks.query()
    const isWritten = (name: string): boolean => held.some((lock) => lock.name === lockOf(name))
    const left: LeftRecording[] = []
    for (const [name, file] of files) {
      if (name.endsWith(savedEnding) || isWritten(name)) continue
      const saved = files.get(name + savedEnding)
      if (saved === undefined && file.size > 0) left.push({ name, file })
      else if (saved === undefined || Date.now() - saved.lastModified > savedLifeMs) await dropRecording(name)
    }
    return left
  } catch {
    // Private windows, and pages without HTTPS, have no files.
    return []
  }
}

/** How many nobody has saved, with what is being recorded. 0 where there are no files. */
export async function countUnsaved(): Promise<number> {
  try {
    const files = await filesOf(await recordingsFolder())
    return [...files.keys()].filter((name) => !name.endsWith(savedEnding) && !files.has(name + savedEnding))
      .length
  } catch {
    return 0
  }
}

/** Saved or not, but for what another page is recording. */
export async function dropAll(): Promise<void> {
  try {
    const folder = await recordingsFolder()
    const names = [...(await filesOf(folder)).keys()]
    await Promise.allSettled(names.map((name) => folder.removeEntry(name)))
  } catch {
    // There are no files.
  }
}

/** It may go. */
export async function markSaved(name: string): Promise<void> {
  const folder = await recordingsFolder()
  await folder.getFileHandle(name + savedEnding, { create: true })
}

export async function dropRecording(name: string): Promise<void> {
  const folder = await recordingsFolder()
  for (const entry of [name, name + savedEnding]) {
    try {
      await folder.removeEntry(entry)
    } catch (error) {
      // What is not there is gone.
      if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error
    }
  }
}

async function filesOf(folder: FileSystemDirectoryHandle): Promise<Map<string, File>> {
  const files = new Map<string, File>()
  const handles = (folder as unknown as { values(): AsyncIterable<FileSystemHandle> }).values()
  for await (const handle of handles)
    if (handle.kind === 'file') files.set(handle.name, await (handle as FileSystemFileHandle).getFile())
  return files
}
