/** What this browser remembers. One that refuses to is no reason to fail: it is remembered as long as the page. */
const ofThisPage = new Map<string, string>();

export function recall<T>(name: string, otherwise: T): T {
  try {
    const text = ofThisPage.get(name) ?? localStorage.getItem(`nexus.${name}`);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

export function remember(name: string, value: unknown): void {
  const text = value === null || value === undefined ? null : JSON.stringify(value);
  ofThisPage.delete(name);
  try {
    if (text === null) localStorage.removeItem(`nexus.${name}`);
    else localStorage.setItem(`nexus.${name}`, text);
  } catch {
    // Storage is full or forbidden.
    if (text !== null) ofThisPage.set(name, text);
  }
}
