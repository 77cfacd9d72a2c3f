/*
 * NP-060: TCP lets a connection meet itself, if the kernel chooses as its own
 * the very port that it goes to.
 */
#include <stdio.h>

#include "np.h"

/*
 * With 40 ports a connection meets itself once in 40 tries, and of 400 dials
 * ten do; of dials that try three times 0.006, so that there are three or
 * more once in 25 million runs.
 */
enum { FIRST = 40000, PORTS = 40, DIALS = 400, MOST = 2 };

CASE(NP_060, "a connection that meets itself is no success",
     NEEDS(NEED_CONN, NEED(net, dial), NEED(blocking, lock_thread)))
{
	int met = 0;

	/* the network is the thread's */
	rt->blocking->lock_thread();
	own_network(FIRST, FIRST + PORTS - 1);
	for (int i = 0; i < DIALS; i++) {
		assay_conn *c = NULL;
		char address[32];
		int status;

		snprintf(address, sizeof(address), "127.0.0.1:%d",
			 FIRST + i % PORTS);
		status = rt->net->dial("tcp", address, ASSAY_FOREVER, &c);
		if (status == ASSAY_OK) {
			met++;
			end_conn(c);
		} else {
			CHECK_EQ(status, ASSAY_NET_REFUSED);
		}
	}
	note("%d of %d dials met themselves", met, DIALS);
	CHECK_LE(met, MOST);
}
