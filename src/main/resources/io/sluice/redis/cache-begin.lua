-- An instant, for a write that begins now. KEYS: barriers.
return instant(KEYS[1])
