"""Those who take the money: what any of them must offer, and the emulated one."""
