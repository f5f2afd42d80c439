/** What is done to the own voice and picture in the call, as it is shown. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useCallStore } from './call-store.ts'
import type { EffectName, EffectSnapshot } from './engine/effect.ts'
import { setEffect } from './kept-effects.ts'

export const useEffectsStore = defineStore('call-effects', () => {
  const call = useCallStore()

  function toggle(name: EffectName): void {
    setEffect(name, call.snapshot?.effects[name].isOn !== true)
  }

  return {
    /** Null outside a call and its preview. */
    effects: computed<Readonly<Record<EffectName, EffectSnapshot>> | null>(
      () => call.snapshot?.effects ?? null,
    ),
    toggle,
  }
})
