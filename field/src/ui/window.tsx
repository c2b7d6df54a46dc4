import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";

/**
 * A long list of rows of one height, of which only those near the screen exist. The page itself scrolls, so that the
 * browser's own bar hides and the thumb finds what it knows.
 */
export function Windowed<T>({ items, height, row, label }: {
  items: T[]; height: number; row: (item: T, index: number) => JSX.Element; label: string;
}): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const [[from, to], show] = useState<[number, number]>([0, 16]);
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      const top = list.current?.getBoundingClientRect().top ?? 0;
      const first = Math.max(0, Math.floor(-top / height) - 4);
      const last = Math.min(items.length, Math.ceil((window.innerHeight - top) / height) + 4);
      show((before) => (before[0] === first && before[1] === last ? before : [first, last]));
    };
    const later = () => { if (!frame) frame = requestAnimationFrame(look); };
    look();
    addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    return () => {
      removeEventListener("scroll", later);
      removeEventListener("resize", later);
      if (frame) cancelAnimationFrame(frame);
    };
  }, [items, height]);
  return (
    <div class="windowed" ref={list} role="list" aria-label={label} style={{ height: `${items.length * height}px` }}>
      {items.slice(from, to).map((item, at) => (
        <div key={from + at} class="slot" role="listitem" style={{ transform: `translateY(${(from + at) * height}px)`, height: `${height}px` }}>
          {row(item, from + at)}
        </div>
      ))}
    </div>
  );
}
