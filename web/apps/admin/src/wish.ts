/** Something that must happen once, however often it is clicked. */
import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { Refusal, newKey } from "./api";

/**
 * A wish keeps its idempotency key until what it says changes (`changed`) or it is done: a lost
 * answer is asked for again and nothing is done twice. A refusal changes nothing and frees the key
 * by itself, so it is kept then, too; but for the one that says the key is another request's.
 */
export function useWish<T>(ask: (key: string) => Promise<T>, done: (answer: T) => void) {
  const key = useRef(newKey());
  const changed = () => {
    key.current = newKey();
  };
  const wish = useMutation({
    mutationFn: () => ask(key.current),
    onSuccess: (answer) => {
      changed();
      done(answer);
    },
    onError: (error) => {
      if (error instanceof Refusal && error.code === "idempotency_conflict") changed();
    },
  });
  return { wish, changed };
}
