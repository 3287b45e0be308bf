// What the client and the server of blast share.
#pragma once

#define BLOCK (1 << 20)

enum { ECHO = 7, DISCARD = 9, SOURCE = 19 };

// Answers echo, discard and source on all addresses, until it is killed.
int serve(void);

void die(const char *what);
