"""Pictures for others: jobs that outlive the server, and the REST API in front of them.

web       what a client sees: routes, documents, refusals       (FastAPI)
guard     what no request gets past: tokens, hosts, sizes, headers
desk      takes orders in, says how they stand, hands results out, throws old ones away
painters  those who paint: which worker takes which job
ledger    which orders there are, written so that a killed server goes on   (DBOS)
worker    a process that paints; crew is its other end
"""
