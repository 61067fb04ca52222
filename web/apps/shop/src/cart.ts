/** The one cart of this browser. It outlives the page, and follows the visitor who signs in. */
import { signal } from "@preact/signals";
import { Refusal } from "../../../packages/api/client";
import { recall, remember } from "../../../packages/shared/kept";
import { type Cart, api, customer, newKey, take } from "./api";

export const cart = signal<Cart | null>(null);
/** The cart is known, or known not to be. */
export const isCartKnown = signal(false);

export function keepCart(value: Cart | null): void {
  cart.value = value;
  if (value?.shopper_token) remember("shopper", value.shopper_token);
  remember("cart", value && value.state === "open" ? value.id : null);
  isCartKnown.value = true;
}

/** Reads the cart that this browser knows of. */
export async function loadCart(): Promise<void> {
  const id = recall<string | null>("cart", null);
  try {
    if (id) {
      const found = await take(api.GET("/api/v1/cart/{id}/", { params: { path: { id } } }));
      keepCart(found.state === "open" ? found : null);
    } else if (customer.value) {
      keepCart(await take(api.POST("/api/v1/cart/")));
    }
  } catch (error) {
    // A cart that is gone is an empty cart; one that cannot be asked for now is kept.
    if (error instanceof Refusal && error.status === 404) keepCart(null);
  }
  isCartKnown.value = true;
}

async function openCart(): Promise<Cart> {
  if (cart.value) return cart.value;
  const made = await take(api.POST("/api/v1/cart/"));
  keepCart(made);
  return made;
}

export async function addToCart(variantId: string, quantity: number): Promise<void> {
  const { id } = await openCart();
  const body = { variant_id: variantId, quantity };
  const params = { path: { id }, header: { "Idempotency-Key": newKey() } };
  keepCart(await take(api.POST("/api/v1/cart/{id}/items/", { params, body })));
}

export async function setQuantity(itemId: string, quantity: number): Promise<void> {
  const id = cart.value?.id;
  if (!id) return;
  const params = { path: { id, item_id: itemId } };
  const body = { quantity };
  keepCart(await take(api.PATCH("/api/v1/cart/{id}/items/{item_id}/", { params, body })));
}

export async function removeItem(itemId: string): Promise<void> {
  const id = cart.value?.id;
  if (!id) return;
  const params = { path: { id, item_id: itemId } };
  await take(api.DELETE("/api/v1/cart/{id}/items/{item_id}/", { params }));
  await loadCart();
}
