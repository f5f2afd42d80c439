/** A file that somebody gives to the board, as shapes on it: whole, in one action, or not at all. Rule BO12. */
import {
  openExcalidraw,
  picturesShown,
  readDrawing,
  type Drawing,
  type Import,
} from '#shared/board/io/excalidraw-read.ts'
import { unionBox, type Point } from '#shared/board/geometry.ts'
import type { Figure } from '#shared/board/figure.ts'
import { edgeBoxOf } from '#shared/board/outline.ts'
import { moved } from '#shared/board/place.ts'
import type { PictureFields } from '#shared/board/shape.ts'
import { importPicturesSizeMax, importSizeMax } from '#shared/limits.ts'
import { copies, creation } from '../engine/arrange.ts'
import type { Editor } from '../engine/editor.ts'
import { blobOfBase64 } from './data-url.ts'
import { isPng, sceneInPng, sceneInSvg } from './embedded-scene.ts'

/** Bytes: a picture has room for its pixels beside the scene. */
const fileSizeMax = 4 * importSizeMax + importPicturesSizeMax

/** Bytes that tell what a file is. */
const headSize = 256

type Fault = Extract<Import, { kind: 'fault' }>

/** Keeps a picture on this device, to be brought; null where it is none. */
export type KeepPicture = (blob: Blob) => Promise<PictureFields | null>

/** What a file holds: a scene, or a picture with one in it. */
export async function readFile(file: Blob, keep: KeepPicture = () => Promise.resolve(null)): Promise<Import> {
  const drawing = await openFile(file)
  if (drawing.kind === 'fault') return drawing
  const kept = new Map<string, PictureFields>()
  // One after the other: each takes four bytes for every pixel while it is looked at.
  for (const name of picturesShown(drawing)) {
    const blob = blobOfBase64(drawing.pictures.get(name)?.base64 ?? '')
    const picture = blob === null ? null : await keep(blob)
    if (picture !== null) kept.set(name, picture)
  }
  return readDrawing(drawing, (name) => kept.get(name) ?? null)
}

async function openFile(file: Blob): Promise<Drawing | Fault> {
  if (file.size > fileSizeMax) return { kind: 'fault', fault: 'too-large' }
  const bytes = new Uint8Array(await file.arrayBuffer())
  if (isPng(bytes)) return fromPicture(await sceneInPng(bytes))
  const text = new TextDecoder().decode(bytes)
  return isSvg(text) ? fromPicture(await sceneInSvg(text)) : openExcalidraw(text)
}

/** Whether a file is to be read as a drawing, rather than shown as it is. */
export async function isDrawing(file: File): Promise<boolean> {
  if (/\.(?:excalidraw|json|svg)$/i.test(file.name)) return true
  const head = new Uint8Array(await file.slice(0, headSize).arrayBuffer())
  if (isPng(head))
    return file.size <= fileSizeMax && (await sceneInPng(new Uint8Array(await file.arrayBuffer()))) !== null
  const text = new TextDecoder().decode(head)
  return isSvg(text) || /^\s*\{/.test(text)
}

function isSvg(text: string): boolean {
  return /^\s*<(?:\?xml|!DOCTYPE|!--|svg)/i.test(text)
}

function fromPicture(scene: string | null): Drawing | Fault {
  return scene === null ? { kind: 'fault', fault: 'not-excalidraw' } : openExcalidraw(scene)
}

/**
 * Puts figures around a place of the board, or in the middle of what is seen, chosen, in one action to take back. False if
 * this person may not.
 */
export function bring(editor: Editor, figures: readonly Figure[], at: Point | null = null): boolean {
  const box = figures.map(edgeBoxOf).reduce(unionBox)
  const seen = editor.view.box
  const to = at === null ? (seen ?? box) : { minX: at.x, minY: at.y, maxX: at.x, maxY: at.y }
  const dx = (to.minX + to.maxX - box.minX - box.maxX) / 2
  const dy = (to.minY + to.maxY - box.minY - box.maxY) / 2
  const made = copies(editor.doc, figures, moved(dx, dy), editor.world.random)
  const locks = made.flatMap(({ id }, index) =>
    figures[index]?.isLocked === true ? [{ key: `${id}:l`, before: null, after: 1 as const }] : [],
  )
  if (!editor.act([...made.flatMap(creation), ...locks])) return false
  editor.setTool('select')
  editor.selection.set(made.map(({ id }) => id))
  const isInSight =
    seen !== null &&
    box.maxX - box.minX <= seen.maxX - seen.minX &&
    box.maxY - box.minY <= seen.maxY - seen.minY
  if (!isInSight) editor.view.fit(editor.selection.shapes.map(edgeBoxOf).reduce(unionBox))
  return true
}
