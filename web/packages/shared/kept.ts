/** What this browser remembers. A browser that refuses to remember is no reason to fail. */
export function recall<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(`nexus.${name}`);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

export function remember(name: string, value: unknown): void {
  try {
    if (value === null || value === undefined) localStorage.removeItem(`nexus.${name}`);
    else localStorage.setItem(`nexus.${name}`, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: it is forgotten with the page.
  }
}
