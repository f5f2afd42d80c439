/**
 * Keeps the caret of the field that has the focus, to be put back when it has the focus again.
 *
 * Chromium gives the focus back when a dialog closes, but what is typed goes nowhere once the dialog is taken away.
 */
export function keepCaret(): () => void {
  const field = document.activeElement
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return () => undefined
  const { value, selectionStart, selectionEnd } = field
  return () => {
    // A checkbox has none.
    if (field !== document.activeElement || selectionStart === null) return
    // Somebody may have typed since the focus is back.
    if (field.value === value) field.setSelectionRange(selectionStart, selectionEnd)
    else field.setSelectionRange(field.selectionStart, field.selectionEnd)
  }
}
