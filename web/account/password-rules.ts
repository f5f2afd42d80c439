/**
 * The rules of a new password that can be told while it is typed. The server has the last word: it also knows which
 * passwords are common.
 */
import { passwordLengthMax, passwordLengthMin } from '#shared/limits.ts'
import { nameKey } from '#shared/names.ts'

export type PasswordRule = Readonly<{ id: 'long' | 'short' | 'name'; isMet: boolean }>

/** In the order they are shown. */
export function passwordRules(password: string, name: string): readonly PasswordRule[] {
  const length = Array.from(password).length
  const key = nameKey(name)
  const rules: PasswordRule[] = [
    { id: 'long', isMet: length >= passwordLengthMin },
    // A name of one or two letters is in almost every password.
    { id: 'name', isMet: length > 0 && (Array.from(key).length < 3 || !nameKey(password).includes(key)) },
  ]
  return length > passwordLengthMax ? [...rules, { id: 'short', isMet: false }] : rules
}
