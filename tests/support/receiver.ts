/** Somebody who is sent the frames of a turn. */

export type Receiver = Readonly<{ sendNow(frame: Uint8Array): void; gather(): void; letGo(): void }>

export function receiver(
  sendNow: () => void,
  onStep: (step: 'gather' | 'letGo') => void = () => undefined,
): Receiver {
  return {
    sendNow,
    gather: () => {
      onStep('gather')
    },
    letGo: () => {
      onStep('letGo')
    },
  }
}
