/** Saves something as a file of the reader's. */
export function saveFile(name: string, content: string | Uint8Array, type = 'application/json'): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type }))
  saveFrom(url, name)
  URL.revokeObjectURL(url)
}

/** Saves what an address of the server answers as a file of the reader's: the browser writes it as it comes, the page holds none of it. */
export function saveFrom(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}
