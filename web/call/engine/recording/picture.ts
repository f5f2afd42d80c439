/** How a recorded call looks: the stage's tiles, on a dark ground, with names that can be read in a small player. */
import { colourOf } from '../../../ui/colour.ts'
import { initialsOf } from '../../../ui/initials.ts'
import type { StageItem } from '../../stage-order.ts'
import type { Box, Size } from '../../tile-grid.ts'

export type Placed = Readonly<{ item: StageItem; box: Box; label: string }>

/** The dark theme of ui/tokens.css, which a canvas cannot read. */
const ground = 'oklch(0.19 0.008 55)'
const tileGround = 'oklch(0.28 0.01 55)'
const screenGround = 'oklch(0.13 0.005 55)'
const labelGround = 'oklch(0.16 0.01 50 / 0.72)'
const text = 'oklch(0.98 0 0)'
const mutedMark = 'oklch(0.82 0.12 24)'
const speaking = 'oklch(0.78 0.15 155)'
const font = "'Inter Variable', system-ui, sans-serif"
const radius = 16
const labelInset = 10
/** lucide's mic-off, in a box of 24. */
const micOff =
  'M12 19v3 M15 9.34V5a3 3 0 0 0-5.68-1.33 M16.95 16.95A7 7 0 0 1 5 12v-2 M18.89 13.23A7 7 0 0 0 19 12v-2 ' +
  'm2 2 20 20 M9 9v3a3 3 0 0 0 5.12 2.12'

export function paintScene(context: CanvasRenderingContext2D, { width, height }: Size): void {
  context.fillStyle = ground
  context.fillRect(0, 0, width, height)
}

/** `video` is null where there is no picture. */
export function paintTile(
  context: CanvasRenderingContext2D,
  { item, box, label }: Placed,
  video: HTMLVideoElement | null,
): void {
  const { participant, kind } = item
  context.save()
  roundedBox(context, box)
  context.clip()
  context.fillStyle = kind === 'screen' ? screenGround : tileGround
  context.fillRect(box.start, box.top, box.width, box.height)
  if (kind === 'face') paintFace(context, box, participant)
  if (video !== null && video.videoWidth > 0) paintPicture(context, box, video, kind)
  context.restore()
  paintLabel(context, box, label, kind === 'face' && !participant.hasMicrophone)
  if (kind === 'face' && participant.isSpeaking && participant.hasMicrophone) {
    context.strokeStyle = speaking
    context.lineWidth = 3
    roundedBox(context, box, 1.5)
    context.stroke()
  }
}

/** Where it is told who else is there. */
export function paintMore(context: CanvasRenderingContext2D, box: Box, label: string): void {
  context.fillStyle = tileGround
  roundedBox(context, box)
  context.fill()
  writeMiddle(context, box, label, 20)
}

function paintFace(context: CanvasRenderingContext2D, box: Box, participant: StageItem['participant']): void {
  const size = Math.min(128, Math.min(box.width, box.height) * 0.5)
  context.fillStyle = colourOf(participant.personId ?? '')
  context.beginPath()
  context.arc(box.start + box.width / 2, box.top + box.height / 2, size / 2, 0, 2 * Math.PI)
  context.fill()
  writeMiddle(context, box, initialsOf(participant.name), size * 0.4)
}

/** A face fills its tile, a screen is shown whole. */
function paintPicture(
  context: CanvasRenderingContext2D,
  box: Box,
  video: HTMLVideoElement,
  kind: StageItem['kind'],
): void {
  const { videoWidth, videoHeight } = video
  const ratios = [box.width / videoWidth, box.height / videoHeight] as const
  const scale = kind === 'face' ? Math.max(...ratios) : Math.min(...ratios)
  const [width, height] = [videoWidth * scale, videoHeight * scale]
  const start = box.start + (box.width - width) / 2
  const top = box.top + (box.height - height) / 2
  context.drawImage(video, start, top, width, height)
}

function paintLabel(context: CanvasRenderingContext2D, box: Box, label: string, isMuted: boolean): void {
  const size = box.height < 150 ? 14 : 17
  const height = size + 11
  const mark = isMuted ? size + 5 : 0
  context.font = `560 ${String(size)}px ${font}`
  const lengthMax = box.width - 2 * labelInset - 20 - mark
  const shown = shortened(context, label, lengthMax)
  const width = context.measureText(shown).width + mark + 20
  const start = box.start + labelInset
  const top = box.top + box.height - labelInset - height
  context.fillStyle = labelGround
  context.beginPath()
  context.roundRect(start, top, width, height, height / 2)
  context.fill()
  if (isMuted) paintMicOff(context, start + 9, top + height / 2 - size / 2, size)
  context.fillStyle = text
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillText(shown, start + 10 + mark, top + height / 2 + 1)
}

function paintMicOff(context: CanvasRenderingContext2D, start: number, top: number, size: number): void {
  context.save()
  context.translate(start, top)
  context.scale(size / 24, size / 24)
  context.strokeStyle = mutedMark
  context.lineWidth = 2.2
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.stroke(new Path2D(micOff))
  context.restore()
}

function writeMiddle(context: CanvasRenderingContext2D, box: Box, words: string, size: number): void {
  context.font = `600 ${String(size)}px ${font}`
  context.fillStyle = text
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(words, box.start + box.width / 2, box.top + box.height / 2 + size * 0.04)
}

/** With an ellipsis where it does not fit. */
function shortened(context: CanvasRenderingContext2D, words: string, lengthMax: number): string {
  if (context.measureText(words).width <= lengthMax) return words
  const letters = Array.from(new Intl.Segmenter().segment(words), ({ segment }) => segment)
  while (letters.length > 1 && context.measureText(`${letters.join('')}…`).width > lengthMax) letters.pop()
  return `${letters.join('')}…`
}

function roundedBox(context: CanvasRenderingContext2D, box: Box, inset = 0): void {
  context.beginPath()
  context.roundRect(
    box.start + inset,
    box.top + inset,
    box.width - 2 * inset,
    box.height - 2 * inset,
    Math.min(radius, box.width / 4) - inset,
  )
}
