/**
 * Reads Excalidraw's libraries, `.excalidrawlib`, of both versions: drawings to be put on a board again and again.
 *
 * Invariant: nothing of the file is trusted: each drawing in it is read as a file of its own would be. Rule BO12 of
 * docs/PROTOCOL.md. Pure.
 */
import { importShapesMax, importSizeMax, libraryItemsMax } from '../../limits.ts'
import { isPlainObject } from '../../plain-object.ts'
import type { Figure } from '../figure.ts'
import { readDrawing, type ImportFault } from './excalidraw-read.ts'

/** UTF-16 code units of the longest name. */
export const libraryNameMax = 100

export type LibraryDrawing = Readonly<{
  /** Empty where nobody has named it. */
  name: string
  figures: readonly Figure[]
}>

export type LibraryImport =
  | Readonly<{
      kind: 'read'
      drawings: readonly LibraryDrawing[]
      /** Drawings of which nothing could be read. */
      damagedCount: number
    }>
  | Readonly<{ kind: 'fault'; fault: ImportFault }>

export function readLibrary(text: string): LibraryImport {
  const fault = (fault: ImportFault): LibraryImport => ({ kind: 'fault', fault })
  if (text.length > importSizeMax) return fault('too-large')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return fault('not-json')
  }
  const entries = isPlainObject(value) && value['type'] === 'excalidrawlib' ? entriesOf(value) : null
  if (entries === null) return fault('not-excalidraw')
  const elementCount = entries.reduce((sum, { elements }) => sum + elements.length, 0)
  if (entries.length > libraryItemsMax || elementCount > importShapesMax) return fault('too-many')
  const drawings = entries.flatMap(({ name, elements }): LibraryDrawing[] => {
    const read = readDrawing({ kind: 'drawing', elements, pictures: new Map() }, () => null)
    return read.kind === 'fault' ? [] : [{ name, figures: read.figures }]
  })
  if (drawings.length === 0) return fault('nothing')
  return { kind: 'read', drawings, damagedCount: entries.length - drawings.length }
}

type Entry = Readonly<{ name: string; elements: readonly unknown[] }>

/** Of version 1 a list of lists of elements, of version 2 a list of items that have one each. Null for neither. */
function entriesOf({ library, libraryItems }: Readonly<Record<string, unknown>>): readonly Entry[] | null {
  const items: unknown = libraryItems ?? library
  if (!Array.isArray(items)) return null
  return items.map((item: unknown) => {
    const { name, elements }: Readonly<Record<string, unknown>> = isPlainObject(item)
      ? item
      : { elements: item }
    return {
      name: typeof name === 'string' ? name.toWellFormed().trim().slice(0, libraryNameMax) : '',
      elements: Array.isArray(elements) ? (elements as readonly unknown[]) : [],
    }
  })
}
