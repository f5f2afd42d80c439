/** Excalidraw as its readme embeds it, opened with the strokes as its own elements. */
import { Excalidraw } from '@excalidraw/excalidraw'
import '@excalidraw/excalidraw/index.css'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'

const strokes = await (await fetch('/strokes.json')).json()
const elements = strokes.map(({ x, y, width, height, points }, index) => ({
  id: `stroke${index}`,
  type: 'freedraw',
  x,
  y,
  width,
  height,
  points,
  pressures: [],
  simulatePressure: true,
  angle: 0,
  strokeColor: '#1e1e1e',
  backgroundColor: 'transparent',
  fillStyle: 'solid',
  strokeWidth: 1,
  strokeStyle: 'solid',
  roughness: 1,
  opacity: 100,
  groupIds: [],
  frameId: null,
  roundness: null,
  seed: index + 1,
  version: 1,
  versionNonce: index + 1,
  isDeleted: false,
  boundElements: null,
  updated: 1,
  link: null,
  locked: false,
}))
createRoot(document.getElementById('root')).render(
  createElement(Excalidraw, {
    initialData: { elements, scrollToContent: true },
    excalidrawAPI: () => {
      document.documentElement.dataset.shown = ''
    },
  }),
)
