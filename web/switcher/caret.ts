/**
 * Keeps the caret of the field that has the focus, to be put back when it has the focus again.
 *
 * Chromium gives the focus back when a dialog closes, but what is typed goes nowhere once the dialog is taken away.
 */
export function keepCaret(): () => void {
  const field = document.activeElement
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return () => undefined
  const { selectionStart, selectionEnd } = field
  return () => {
    // A checkbox has none.
    if (field === document.activeElement && selectionStart !== null)
      field.setSelectionRange(selectionStart, selectionEnd)
  }
}
