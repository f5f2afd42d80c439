/** Renders a component of this app into an element outside its page, until that is undone. */
import { h, render, type AppContext, type Component } from 'vue'

export function renderIn(context: AppContext, component: Component, element: HTMLElement): () => void {
  const node = h(component)
  node.appContext = context
  render(node, element)
  return () => {
    render(null, element)
  }
}
