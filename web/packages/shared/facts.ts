/** What the server wrote into the page: the shop's name and, in a demo, what stands around it. */
export interface Facts {
  shop_name: string;
  demo: {
    mailbox: string;
    staff_email: string;
    /** Only for a browser on the server's own machine. */
    staff_password: string | null;
  } | null;
}

export function facts(): Facts {
  const text = document.querySelector<HTMLMetaElement>('meta[name="nexus"]')?.content ?? "{}";
  const told = JSON.parse(text) as Partial<Facts>;
  return { shop_name: told.shop_name ?? "Ecommerce Nexus", demo: told.demo ?? null };
}
