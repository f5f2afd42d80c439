/**
 * `v-stream="stream"` shows a stream in a video element.
 *
 * A stream is no attribute, and must not become reactive: Vue's proxy of a MediaStream is none to the browser.
 */
import type { Directive } from 'vue'

export const vStream: Directive<HTMLVideoElement, MediaStream | null> = {
  mounted: (element, { value }) => show(element, value),
  updated: (element, { value }) => show(element, value),
  beforeUnmount: (element) => show(element, null),
}

function show(element: HTMLVideoElement, stream: MediaStream | null): void {
  if (element.srcObject !== stream) element.srcObject = stream
}
