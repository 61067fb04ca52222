/** Putting rows in order: by dragging, and by buttons for keyboards and thumbs. */
import { type DragEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Icon } from "./icons";
import { t } from "./texts";

interface OrderingProps<T> {
  rows: T[];
  id: (row: T) => string;
  name: (row: T) => string;
  /** The rows in their new order. */
  order: (rows: T[]) => void;
  children: (row: T, at: number, handle: ReactNode) => ReactNode;
  className?: string;
  label: string;
  isBusy?: boolean;
}

function moved<T>(rows: T[], from: number, to: number): T[] {
  const next = [...rows];
  const [row] = next.splice(from, 1);
  if (row !== undefined) next.splice(to, 0, row);
  return next;
}

/** A list in an order of its own. What was moved keeps the focus, and is told to screen readers. */
export function Ordering<T>({ rows, id, name, order, children, className = "", label, isBusy }: OrderingProps<T>) {
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const [told, setTold] = useState("");
  const list = useRef<HTMLUListElement>(null);
  const move = (from: number, to: number) => {
    const row = rows[from];
    if (!row || from === to || to < 0 || to >= rows.length || isBusy) return;
    order(moved(rows, from, to));
    setTold(t("movedTo", { name: name(row), n: to + 1, of: rows.length }));
  };
  const stepped = useRef<{ row: string; by: number } | null>(null);
  const step = (at: number, by: number) => {
    const row = rows[at];
    if (row) stepped.current = { row: id(row), by };
    move(at, at + by);
  };
  // A row that was put elsewhere has lost the focus on its way.
  useEffect(() => {
    if (!stepped.current) return;
    const { row, by } = stepped.current;
    stepped.current = null;
    const buttons = list.current?.querySelectorAll<HTMLButtonElement>(`[data-row="${row}"] button[data-by]:not(:disabled)`) ?? [];
    ([...buttons].find((button) => button.dataset.by === String(by)) ?? buttons[0])?.focus();
  }, [rows.map(id).join()]);
  const ended = () => { setDragged(null); setOver(null); };
  const drag = (at: number) => ({
    draggable: !isBusy,
    onDragStart: (event: DragEvent) => { event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", String(at)); setDragged(at); },
    onDragOver: (event: DragEvent) => { if (dragged !== null) { event.preventDefault(); setOver(at); } },
    onDrop: (event: DragEvent) => { if (dragged !== null) { event.preventDefault(); event.stopPropagation(); move(dragged, at); ended(); } },
    onDragEnd: ended,
  });
  return (
    <>
      <ul ref={list} className={className} aria-label={label}>
        {rows.map((row, at) => {
          const handle = (
            <span className="inline-flex shrink-0">
              {([[-1, "up", "moveUp"], [1, "down", "moveDown"]] as const).map(([by, icon, says]) => (
                <button
                  key={by} type="button" data-by={by} className="grid size-9 place-items-center rounded-full hover:bg-well disabled:opacity-35"
                  aria-label={`${t(says)}: ${name(row)}`} title={t(says)} disabled={at + by < 0 || at + by >= rows.length} onClick={() => step(at, by)}
                >
                  <Icon name={icon} className="size-4" />
                </button>
              ))}
            </span>
          );
          return (
            <li key={id(row)} data-row={id(row)} {...drag(at)} className={`${dragged === at ? "opacity-40" : ""} ${over === at && dragged !== at ? "outline-2 outline-accent" : ""} cursor-grab`}>
              {children(row, at, handle)}
            </li>
          );
        })}
      </ul>
      <p className="sr-only" role="status">{told}</p>
    </>
  );
}
