"""Who is asking: key rings, access tokens, principals, and the tokens with which services call each other."""
