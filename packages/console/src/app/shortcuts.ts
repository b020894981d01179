import { useNavigate } from '@tanstack/react-router'
import { useEffect, useLayoutEffect } from 'react'
import { navigation, settings } from './navigation.ts'

/** Whether keys of one letter do something: a switch of this browser (WCAG 2.1.4). */
export function areLetterKeysOn(): boolean {
  return localStorage.getItem('letter-keys') !== 'off'
}

/** Turns keys of one letter on or off. */
export function setLetterKeys(on: boolean): void {
  localStorage.setItem('letter-keys', on ? 'on' : 'off')
}

/** Whether a key is meant for what has the focus, such as a field or a dialog, or for the browser. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : document.body
  return (
    event.metaKey ||
    event.ctrlKey ||
    event.altKey ||
    target.closest('input:not([type=checkbox], [type=radio]), textarea, select, [role=dialog], [role=menu]') !== null
  )
}

/** Listens to keys of one letter, while they are on and nobody types; from the moment on at which the page shows what they do. */
export function useLetterKeys(act: (key: string, event: KeyboardEvent) => void): void {
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!isTyping(event) && areLetterKeysOn()) act(event.key, event)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [act])
}

const secondKeyMs = 900
let wentAt = Number.NEGATIVE_INFINITY

/** `g` and a letter: the pages of the rail; `?`: all keys. */
export function useGoKeys(): void {
  const navigate = useNavigate()
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event) || !areLetterKeysOn()) return undefined
      if (event.key === '?') return void navigate({ to: '/help/keys' })
      const isSecond = event.timeStamp - wentAt < secondKeyMs
      wentAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY
      const item = isSecond ? [...navigation, settings].find(({ key }) => key === event.key) : undefined
      if (item === undefined) return undefined
      event.preventDefault()
      event.stopImmediatePropagation()
      return void navigate({ to: item.to })
    }
    addEventListener('keydown', onKey, { capture: true })
    return () => removeEventListener('keydown', onKey, { capture: true })
  }, [navigate])
}
