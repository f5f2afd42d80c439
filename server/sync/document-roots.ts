/** What a document of each kind is made of, as Yjs has to be told before anybody else says it. */
import type * as Y from 'yjs'
import { rootsByKind, type DocumentRef } from '#shared/room.ts'

/** Every root by its type, so that none can be claimed as another. */
export function defineRoots(ref: DocumentRef, doc: Y.Doc): void {
  for (const root of rootsByKind[ref.kind]) {
    if (root === 's') doc.getArray(root)
    else doc.getMap(root)
  }
}
