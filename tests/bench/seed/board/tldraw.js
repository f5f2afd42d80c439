/** tldraw as its readme embeds it, opened with the strokes as its own shapes. */
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { b64Vecs, createShapeId, Tldraw } from 'tldraw'
import 'tldraw/tldraw.css'

const strokes = await (await fetch('/strokes.json')).json()
const shapes = strokes.map(({ x, y, points }, index) => ({
  id: createShapeId(`stroke${index}`),
  type: 'draw',
  x,
  y,
  props: {
    segments: [{ type: 'free', path: b64Vecs.encodePoints(points.map(([x, y]) => ({ x, y, z: 0.5 }))) }],
    isComplete: true,
    size: 's',
  },
}))
createRoot(document.getElementById('root')).render(
  createElement(Tldraw, {
    options: { maxShapesPerPage: 1_000_000 },
    onMount(editor) {
      editor.createShapes(shapes)
      document.documentElement.dataset.shown = ''
    },
  }),
)
