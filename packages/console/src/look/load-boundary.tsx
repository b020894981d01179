import { Component, type ReactNode } from 'react'
import { Button } from './button.tsx'

/** A part of the console that did not come, which is no fault of what it would have shown. */
export class NotLoaded extends Error {}

interface BoundaryProps {
  readonly tryAgain: () => void
  readonly children?: ReactNode
}

/** Says in the place of a part that it did not come. Any other fault is for the page's own boundary. */
export class LoadBoundary extends Component<BoundaryProps, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {}
  static getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error }
  }
  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    if (!(error instanceof NotLoaded)) throw error
    return (
      <p role="alert">
        This part could not be loaded. Is the network there? <Button onClick={this.props.tryAgain}>Try again</Button>
      </p>
    )
  }
}
