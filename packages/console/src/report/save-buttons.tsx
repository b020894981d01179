import { useMutation } from '@tanstack/react-query'
import { DownloadIcon, PrinterIcon } from 'lucide-react'
import { again } from '../look/lazily.ts'
import { Button } from '../look/button.tsx'
import { Problem } from '../look/problem.tsx'
import { saveFile } from '../look/save-file.ts'
import { fileNameOf, type Report } from './blocks.ts'

/** Takes a report along: on paper, as one file of HTML, or as PDF. Both files are made on this machine. */
export function SaveButtons({ report, name }: { readonly report: Report; readonly name: string }) {
  const fileName = fileNameOf(report.title, name)
  const html = useMutation({
    mutationFn: async () => (await again(() => import('./report-html.ts'))).reportHtml(report),
    onSuccess: (text) => saveFile(`${fileName}.html`, text, 'text/html'),
  })
  const pdf = useMutation({
    mutationFn: async () => (await again(() => import('./pdf/report-pdf.ts'))).reportPdf(report),
    onSuccess: (bytes) => saveFile(`${fileName}.pdf`, bytes, 'application/pdf'),
  })
  return (
    <>
      <Button onClick={() => print()}>
        <PrinterIcon aria-hidden />
        Print
      </Button>
      <Button busy={pdf.isPending} onClick={() => pdf.mutate()}>
        <DownloadIcon aria-hidden />
        PDF
      </Button>
      <Button busy={html.isPending} onClick={() => html.mutate()}>
        <DownloadIcon aria-hidden />
        HTML
      </Button>
      {(pdf.error ?? html.error) ? <Problem error={pdf.error ?? html.error} /> : null}
    </>
  )
}
