/**
 * The call outside the page: full screen, or in a small window above all others (W3C Document Picture-in-Picture;
 * where there is none, the large tile's own picture: W3C Picture-in-Picture).
 */
import {
  getCurrentInstance,
  onBeforeUnmount,
  onMounted,
  shallowRef,
  type AppContext,
  type ShallowRef,
} from 'vue'
import CallMini from './CallMini.vue'
import { renderIn } from './render-in.ts'

type PictureWindow = Readonly<{
  requestWindow(options: Readonly<{ width: number; height: number }>): Promise<Window>
}>

/** CSS px of the window. */
const windowSize = { width: 320, height: 260 }

const ownWindow = shallowRef<Window | null>(null)

const pictureWindow = (globalThis as { documentPictureInPicture?: PictureWindow }).documentPictureInPicture

/** From a press. Takes the call out of the page, or brings it back. */
async function toggle(context: AppContext): Promise<void> {
  if (ownWindow.value !== null) ownWindow.value.close()
  else if (document.pictureInPictureElement !== null) await document.exitPictureInPicture()
  else if (pictureWindow !== undefined) await openWindow(pictureWindow, context)
  else await document.querySelector<HTMLVideoElement>(pictureSelector)?.requestPictureInPicture()
}

/** What is large, or somebody else, or oneself. */
const pictureSelector = '[data-large] video, [data-participant]:not([data-self]) video, [data-self] video'

async function openWindow(from: PictureWindow, context: AppContext): Promise<void> {
  const opened = await from.requestWindow(windowSize)
  for (const sheet of document.querySelectorAll('link[rel="stylesheet"], style'))
    opened.document.head.append(sheet.cloneNode(true))
  opened.document.documentElement.lang = document.documentElement.lang
  const place = opened.document.createElement('div')
  place.className = 'own-window'
  opened.document.body.append(place)
  const unmount = renderIn(context, CallMini, place)
  opened.addEventListener('pagehide', () => {
    unmount()
    ownWindow.value = null
  })
  ownWindow.value = opened
}

export function usePicture(): Readonly<{
  /** The window the call is shown in, outside the page. */
  ownWindow: Readonly<ShallowRef<Window | null>>
  canTakeOut: boolean
  toggle(): Promise<void>
  close(): void
}> {
  const context = getCurrentInstance()?.appContext
  return {
    ownWindow,
    canTakeOut: pictureWindow !== undefined || document.pictureInPictureEnabled,
    toggle: async () => {
      if (context !== undefined) await toggle(context)
    },
    close: () => ownWindow.value?.close(),
  }
}

export function useFullScreen(): Readonly<{
  isFull: Readonly<ShallowRef<boolean>>
  canBeFull: boolean
  toggle(): Promise<void>
}> {
  const isFull = shallowRef(document.fullscreenElement !== null)
  const look = (): void => {
    isFull.value = document.fullscreenElement !== null
  }
  onMounted(() => {
    document.addEventListener('fullscreenchange', look)
  })
  onBeforeUnmount(() => {
    document.removeEventListener('fullscreenchange', look)
  })
  return {
    isFull,
    canBeFull: document.fullscreenEnabled,
    toggle: () => (isFull.value ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
  }
}
