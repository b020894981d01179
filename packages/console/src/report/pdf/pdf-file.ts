/** A picture of a piece of text: JPEG, in grey or in colour. */
export interface Picture {
  readonly jpeg: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
}

/** A page: its marks, as operators of a content stream, and the pictures that they name. */
export interface PdfPage {
  readonly operators: string
  readonly pictures: readonly { readonly name: string; readonly picture: Picture }[]
}

export const pageWidth = 595
export const pageHeight = 842

const encoder = new TextEncoder()

/**
 * A PDF file of some pages (ISO 32000-1): two built-in fonts, pictures, no script, no link, no file within, no action. Texts are written as hexadecimal
 * strings, so that no character of them can end one.
 */
export function pdfFile(pages: readonly PdfPage[], title: string): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = []
  const offsets: number[] = []
  let length = 0
  const write = (piece: string | Uint8Array): void => {
    const bytes = typeof piece === 'string' ? encoder.encode(piece) : piece
    pieces.push(bytes)
    length += bytes.length
  }
  const object = (number: number, content: string, stream?: Uint8Array): void => {
    offsets[number] = length
    write(`${number} 0 obj\n${content}\n`)
    if (stream !== undefined) {
      write('stream\n')
      write(stream)
      write('\nendstream\n')
    }
    write('endobj\n')
  }
  write('%PDF-1.7\n')
  // Bytes above 127 tell programs on the way that this is no text.
  write(new Uint8Array([0x25, 0xe2, 0xe3, 0xcf, 0xd3, 0x0a]))
  object(1, '<< /Type /Catalog /Pages 2 0 R /Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>')
  object(3, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>')
  object(4, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>')
  object(5, `<< /Title ${textString(title)} /Producer (AfterAI) >>`)
  let next = 6
  const kids: number[] = []
  for (const { operators, pictures } of pages) {
    const images = pictures.map(({ name, picture }) => {
      const { jpeg, widthPx, heightPx } = picture
      const number = next
      next += 1
      object(
        number,
        `<< /Type /XObject /Subtype /Image /Width ${widthPx} /Height ${heightPx} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length ${jpeg.length} >>`,
        jpeg,
      )
      return `/${name} ${number} 0 R`
    })
    const content = encoder.encode(operators)
    object(next, `<< /Length ${content.length} >>`, content)
    object(
      next + 1,
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${pageWidth} ${pageHeight}] /Contents ${next} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> /XObject << ${images.join(' ')} >> >> >>`,
    )
    kids.push(next + 1)
    next += 2
  }
  object(2, `<< /Type /Pages /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] /Count ${kids.length} >>`)
  const start = length
  const entries = Array.from(
    { length: next - 1 },
    (_, index) => `${String(offsets[index + 1]).padStart(10, '0')} 00000 n \n`,
  )
  write(`xref\n0 ${next}\n0000000000 65535 f \n${entries.join('')}`)
  write(`trailer\n<< /Size ${next} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${start}\n%%EOF\n`)
  return joined(pieces, length)
}

/** A text of any characters, as PDF writes it where it isn't drawn: UTF-16 in hexadecimal. */
export function textString(text: string): string {
  const units = Array.from(text.toWellFormed(), (character) =>
    character
      .split('')
      .map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'))
      .join(''),
  )
  return `<feff${units.join('')}>`
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
