// The real machine.
#ifndef HAL_PORT_LINUX_H
#define HAL_PORT_LINUX_H

#include "hal/port/port.h"

// The process must ignore SIGPIPE: a reader of standard output that leaves is a status here, not a death.
enum status port_linux_open(struct port **out, struct error *e);
void port_linux_close(struct port *p); // NULL is fine

#endif
