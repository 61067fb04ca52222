/** The drawings of the dashboard: one stroke, one size. */
const PATHS = {
  home: "M4 11.5 12 5l8 6.5V20h-5v-5H9v5H4v-8.5Z",
  orders: "M6 4h12v16l-3-2-3 2-3-2-3 2V4Zm3 5h6m-6 4h6",
  parcel: "M3 7h11v9H3V7Zm11 3h4l3 3v3h-7v-6ZM7 19a1.8 1.8 0 1 0 0-3.6A1.8 1.8 0 0 0 7 19Zm10 0a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z",
  returns: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  jobs: "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm0-12v3m0 12v3M3 12h3m12 0h3M5.6 5.6l2.2 2.2m8.4 8.4 2.2 2.2m0-12.8-2.2 2.2m-8.4 8.4-2.2 2.2",
  products: "m12 3 8 4.5v9L12 21l-8-4.5v-9L12 3Zm0 9 8-4.5M12 12v9m0-9L4 7.5",
  stock: "M4 6h16M4 12h16M4 18h16M9 4v4m6 2v4m-8 2v4",
  payments: "M3 7h18v11H3V7Zm0 4h18M7 15h3",
  books: "M5 4h6a2 2 0 0 1 2 2v14a2 2 0 0 0-2-2H5V4Zm14 0h-4a2 2 0 0 0-2 2v14a2 2 0 0 1 2-2h4V4Z",
  webhooks: "M9 8a3 3 0 1 1 4.5 2.6L17 17M12 8l-4 7.5a3 3 0 1 0 2 3.5h7a2.5 2.5 0 1 0 0-2",
  staff: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 9c.5-3.5 2.8-5.5 6-5.5s5.5 2 6 5.5m1-16a3.5 3.5 0 0 1 0 7m5 9c-.4-2.6-1.7-4.4-3.5-5.2",
  promotions: "M3 12V4h8l9.5 9.5-8 8L3 12Zm5-3.5a1 1 0 1 0 0-2 1 1 0 0 0 0 2Z",
  delivery: "M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.5C5 14.8 12 21 12 21Zm0-9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  up: "m6 15 6-6 6 6",
  down: "m6 9 6 6 6-6",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5",
  code: "m8 7-5 5 5 5m8-10 5 5-5 5",
  moon: "M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5Z",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "m6 6 12 12M18 6 6 18",
  check: "m5 12.5 4.5 4.5L19 7.5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3.5 2",
  alert: "M12 4 2.5 20h19L12 4Zm0 6v4.5m0 2.5v.1",
  back: "M15 5l-7 7 7 7",
  right: "m9 5 7 7-7 7",
  plus: "M12 5v14M5 12h14",
  more: "M5 12h.1M12 12h.1M19 12h.1",
  copy: "M9 9h11v11H9V9Zm-5 6V4h11",
  out: "M14 4h6v6m0-6-9 9M18 14v6H4V6h6",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 8c.6-3.6 3.3-5.5 7-5.5s6.4 1.9 7 5.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, className = "" }: { name: IconName; className?: string }) {
  return (
    <svg viewBox="0 0 24 24" className={`size-5 shrink-0 ${className}`} fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
