import { FileCheck2Icon } from 'lucide-react'
import styles from './verifier.module.css'

interface BundleDropProps {
  /** Name of the file that is looked at, if there is one. */
  readonly name: string | undefined
  readonly onFiles: (files: readonly File[]) => void
}

/** A place to drop files on, or to choose them: the browser's own field for files lies over it, unseen, and takes both. */
export function BundleDrop({ name, onFiles }: BundleDropProps) {
  return (
    <label className={styles['drop']}>
      <FileCheck2Icon aria-hidden />
      <span>
        <b>{name ?? 'Drop the record’s file here, or choose it'}</b>
        <small>A bundle, as “Bundle” or afterai record export writes it. Key files may come with it.</small>
      </span>
      <input
        type="file"
        multiple
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])])
          // The same file may be chosen again, once it was changed.
          event.target.value = ''
        }}
      />
    </label>
  )
}
